// The routines of LAPACK that are used, the last by tests and comparisons of time alone, which OpenBLAS holds; its own header for them is not
// installed everywhere.
#pragma once

/// The Cholesky factor of a symmetric matrix, column by column, in place of one of its triangles.
///
/// `info` is 0 where the factorisation came to its end, and the place of the first pivot that is not positive otherwise.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info);

/// The eigenvalues of a symmetric tridiagonal matrix, rising, in place of its diagonal, and its eigenvectors.
void dstev_(const char *job, const int *n, double *diagonal, double *beside, double *vectors, const int *ldz,
            double *work, int *info);

/// The singular values of a matrix, falling; the matrix is overwritten.
void dgesvd_(const char *jobu, const char *jobvt, const int *m, const int *n, double *a, const int *lda, double *s,
             double *u, const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork, int *info);
