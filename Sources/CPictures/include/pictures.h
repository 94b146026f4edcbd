// Decoding of JPEG and PNG with errors as return values.
#ifndef SURETY_PICTURES_H
#define SURETY_PICTURES_H

#include <stddef.h>

// The longest message, its terminating zero included.
#define SURETY_PICTURE_MESSAGE 256

typedef struct {
  size_t height, width;
  // One for gray, three for red, green, blue; zero for colours that have no such form.
  size_t channels;
  // The bytes of a value: one, or two with the high byte first.
  size_t bytes;
} surety_picture_size;

// Reads the size of a JPEG file. Returns zero; anything else means that `message` says what is wrong.
int surety_jpeg_size(
    const unsigned char *data, size_t count, surety_picture_size *size, char *message);

// Decodes a JPEG file of a size read before into rows of pixels, the channels of a pixel side by side.
// `pixels` has room for height * width * channels bytes. The four colours of print become red, green and
// blue. Returns zero; anything else means that `message` says what is wrong, and that the pixels are not to
// be used.
int surety_jpeg_decode(
    const unsigned char *data, size_t count, surety_picture_size size, unsigned char *pixels,
    char *message);

// Reads the size of a PNG file, as `surety_jpeg_size` does. Palettes count as colour, and transparency does
// not count.
int surety_png_size(
    const unsigned char *data, size_t count, surety_picture_size *size, char *message);

// Decodes a PNG file, as `surety_jpeg_decode` does, into the values that it stores: what it says about gamma
// and colour profiles changes nothing, and transparency is left out. Gray of 1, 2 and 4 bits is spread to
// 0...255, 16 bits are cut to the high byte, but gray of 16 bits without transparency keeps both.
int surety_png_decode(
    const unsigned char *data, size_t count, surety_picture_size size, unsigned char *pixels,
    char *message);

#endif
