// Messages between processes that mpirun started: the few calls of MPI that Sources/MessagePassing loads at run time.
//
// scripts/build_mpi compiles this by the wrapper compiler of the MPI that is installed, so that constants and types are those
// of its own header, and the program itself is linked with no MPI. One thread alone may call what is here, from the start to
// the end. A request belongs to the caller until surety_mpi_is_done says anything but 0.
#include <mpi.h>
#include <stdlib.h>

#define API __attribute__((visibility("default")))

// The form of these calls; the program refuses another one.
API int surety_mpi_form(void) { return 2; }

// Joins the other processes. Returns 0, or what went wrong.
API int surety_mpi_start(int *rank, int *count) {
  int level = MPI_THREAD_SINGLE;
  // Open MPI 4 reads large messages out of the sender's memory, which ends in an error where the sender was killed meanwhile; through
  // shared memory such a message only stays away.
  setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
  if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS) return 1;
  if (level < MPI_THREAD_FUNNELED) return 2;
  // By default an error ends all processes.
  if (MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN) != MPI_SUCCESS) return 3;
  if (MPI_Comm_rank(MPI_COMM_WORLD, rank) != MPI_SUCCESS) return 4;
  if (MPI_Comm_size(MPI_COMM_WORLD, count) != MPI_SUCCESS) return 5;
  return 0;
}

// Begins to send; the bytes must stay as they are until it is done. Returns a request, or NULL where it failed.
API void *surety_mpi_send(int to, int tag, const void *bytes, int size) {
  MPI_Request *request = malloc(sizeof(MPI_Request));
  if (request == NULL) return NULL;
  if (MPI_Isend(bytes, size, MPI_BYTE, to, tag, MPI_COMM_WORLD, request) == MPI_SUCCESS) return request;
  free(request);
  return NULL;
}

// Begins to receive what surety_mpi_probe has found. Returns a request, or NULL where it failed.
API void *surety_mpi_receive(int from, int tag, void *bytes, int size) {
  MPI_Request *request = malloc(sizeof(MPI_Request));
  if (request == NULL) return NULL;
  if (MPI_Irecv(bytes, size, MPI_BYTE, from, tag, MPI_COMM_WORLD, request) == MPI_SUCCESS) return request;
  free(request);
  return NULL;
}

// Returns 0 while a request is under way, 1 when it is done and -1 when it has failed.
API int surety_mpi_is_done(void *pointer) {
  MPI_Request *request = pointer;
  int done = 0;
  int status = MPI_Test(request, &done, MPI_STATUS_IGNORE);
  if (status == MPI_SUCCESS && !done) return 0;
  free(request);
  return status == MPI_SUCCESS ? 1 : -1;
}

// Whether a message waits that nobody receives yet, from whom, and its size in bytes.
API int surety_mpi_probe(int *from, int *tag, int *size) {
  int waits = 0;
  MPI_Status status;
  if (MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &waits, &status) != MPI_SUCCESS || !waits) return 0;
  if (MPI_Get_count(&status, MPI_BYTE, size) != MPI_SUCCESS) return 0;
  *from = status.MPI_SOURCE;
  *tag = status.MPI_TAG;
  return 1;
}

// Leaves; waits for the others to leave, for good where one was killed or cannot be reached.
API void surety_mpi_end(void) { MPI_Finalize(); }

// Ends all processes, with success: mpirun would wait for one that cannot be reached. Does not return.
API void surety_mpi_end_all(void) { MPI_Abort(MPI_COMM_WORLD, 0); }
