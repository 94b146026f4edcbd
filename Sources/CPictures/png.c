#include "pictures.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

// What the callbacks of one decoder share.
struct source {
  const unsigned char *data;
  size_t count, position;
  char *message;
};

static void stop(png_structp decoder, png_const_charp text) {
  struct source *source = (struct source *)png_get_error_ptr(decoder);
  snprintf(source->message, SURETY_PICTURE_MESSAGE, "%s", text);
  png_longjmp(decoder, 1);
}

// Warnings are about chunks that do not touch the pixels.
static void ignore(png_structp decoder, png_const_charp text) {
  (void)decoder;
  (void)text;
}

static void take(png_structp decoder, png_bytep target, size_t count) {
  struct source *source = (struct source *)png_get_io_ptr(decoder);
  if (count > source->count - source->position) png_error(decoder, "read beyond end of data");
  memcpy(target, source->data + source->position, count);
  source->position += count;
}

// Reads the header into `decoder` and `info`, and asks for plain gray or red, green, blue.
static void start(
    png_structp decoder, png_infop info, struct source *source, surety_picture_size *size) {
  png_set_read_fn(decoder, source, take);
  png_read_info(decoder, info);
  int type = png_get_color_type(decoder, info);
  int depth = png_get_bit_depth(decoder, info);
  int is_colour = type == PNG_COLOR_TYPE_PALETTE || (type & PNG_COLOR_MASK_COLOR);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(decoder);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(decoder);
  int is_deep = depth == 16 && type == PNG_COLOR_TYPE_GRAY;
  if (depth == 16 && !is_deep) png_set_strip_16(decoder);
  png_set_strip_alpha(decoder);
  size->height = png_get_image_height(decoder, info);
  size->width = png_get_image_width(decoder, info);
  size->channels = is_colour ? 3 : 1;
  size->bytes = is_deep ? 2 : 1;
}

static int decode(
    struct source *source, surety_picture_size *size, unsigned char *pixels) {
  source->message[0] = 0;
  png_structp decoder = png_create_read_struct(PNG_LIBPNG_VER_STRING, source, stop, ignore);
  png_infop info = decoder ? png_create_info_struct(decoder) : NULL;
  if (!info) {
    png_destroy_read_struct(&decoder, NULL, NULL);
    snprintf(source->message, SURETY_PICTURE_MESSAGE, "the decoder could not be started");
    return 1;
  }
  if (setjmp(png_jmpbuf(decoder))) {
    png_destroy_read_struct(&decoder, &info, NULL);
    return 1;
  }
  surety_picture_size found;
  start(decoder, info, source, &found);
  if (!pixels) {
    *size = found;
    png_destroy_read_struct(&decoder, &info, NULL);
    return 0;
  }
  int passes = png_set_interlace_handling(decoder);
  png_read_update_info(decoder, info);
  size_t row = size->width * size->channels * size->bytes;
  if (memcmp(&found, size, sizeof found) != 0 || png_get_rowbytes(decoder, info) != row)
    png_error(decoder, "the size is not the one read before");
  for (int pass = 0; pass < passes; pass++)
    for (size_t y = 0; y < size->height; y++) png_read_row(decoder, pixels + y * row, NULL);
  png_destroy_read_struct(&decoder, &info, NULL);
  return 0;
}

int surety_png_size(
    const unsigned char *data, size_t count, surety_picture_size *size, char *message) {
  struct source source = {data, count, 0, message};
  return decode(&source, size, NULL);
}

int surety_png_decode(
    const unsigned char *data, size_t count, surety_picture_size size, unsigned char *pixels,
    char *message) {
  struct source source = {data, count, 0, message};
  return decode(&source, &size, pixels);
}
