// JPEG decoding with errors as return values.
#ifndef SURETY_PICTURES_H
#define SURETY_PICTURES_H

#include <stddef.h>

// The longest message, its terminating zero included.
#define SURETY_PICTURE_MESSAGE 256

typedef struct {
  size_t height, width;
  // One for gray, three for red, green, blue; zero for colours that have no such form, as of print.
  size_t channels;
} surety_picture_size;

// Reads the size of a JPEG file. Returns zero; anything else means that `message` says what is wrong.
int surety_jpeg_size(
    const unsigned char *data, size_t count, surety_picture_size *size, char *message);

// Decodes a JPEG file of a size read before into rows of pixels, the channels of a pixel side by side.
// `pixels` has room for height * width * channels bytes. Returns zero; anything else means that `message`
// says what is wrong, and that the pixels are not to be used.
int surety_jpeg_decode(
    const unsigned char *data, size_t count, surety_picture_size size, unsigned char *pixels,
    char *message);

#endif
