#include "pictures.h"

#include <setjmp.h>
#include <stdio.h>
// After stdio.h, which they need and do not include.
#include <jpeglib.h>
#include <jerror.h>

// libjpeg expects its error handler not to return.
struct handler {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *message;
};

static void stop(j_common_ptr decoder) {
  struct handler *handler = (struct handler *)decoder->err;
  // JMSG_LENGTH_MAX is 200, less than the room in the message.
  handler->base.format_message(decoder, handler->message);
  longjmp(handler->escape, 1);
}

// A warning means that pixels were made up, which is an error here; three kinds are about the wrapping only.
static void judge(j_common_ptr decoder, int level) {
  if (level >= 0) return;
  int code = decoder->err->msg_code;
  if (code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM) return;
  stop(decoder);
}

static void prepare(
    struct jpeg_decompress_struct *decoder, struct handler *handler, char *message) {
  decoder->err = jpeg_std_error(&handler->base);
  handler->base.error_exit = stop;
  handler->base.emit_message = judge;
  handler->message = message;
  message[0] = 0;
}

static size_t channels(const struct jpeg_decompress_struct *decoder) {
  switch (decoder->jpeg_color_space) {
  case JCS_GRAYSCALE: return 1;
  case JCS_RGB:
  case JCS_YCbCr:
  // The four colours of print become three.
  case JCS_CMYK:
  case JCS_YCCK: return 3;
  default: return 0;
  }
}

static void start(struct jpeg_decompress_struct *decoder, const unsigned char *data, size_t count) {
  jpeg_create_decompress(decoder);
  // Older versions of the library take a pointer to bytes that they do not write.
  jpeg_mem_src(decoder, (unsigned char *)data, (unsigned long)count);
  jpeg_read_header(decoder, TRUE);
}

int surety_jpeg_size(
    const unsigned char *data, size_t count, surety_picture_size *size, char *message) {
  struct jpeg_decompress_struct decoder = {0};
  struct handler handler;
  prepare(&decoder, &handler, message);
  if (setjmp(handler.escape)) {
    jpeg_destroy_decompress(&decoder);
    return 1;
  }
  start(&decoder, data, count);
  size->height = decoder.image_height;
  size->width = decoder.image_width;
  size->channels = channels(&decoder);
  size->bytes = 1;
  jpeg_destroy_decompress(&decoder);
  return 0;
}

// a * b / 255 rounded to nearest, for bytes.
static unsigned scaled(unsigned a, unsigned b) {
  unsigned product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

// Rows of cyan, magenta, yellow and black become red, green and blue. The file holds the complements of the
// four, as every program has written them since the first did.
static void read_print(
    struct jpeg_decompress_struct *decoder, surety_picture_size size, unsigned char *pixels) {
  JSAMPARRAY row = decoder->mem->alloc_sarray(
      (j_common_ptr)decoder, JPOOL_IMAGE, (JDIMENSION)(4 * size.width), 1);
  while (decoder->output_scanline < decoder->output_height) {
    unsigned char *target = pixels + decoder->output_scanline * size.width * 3;
    jpeg_read_scanlines(decoder, row, 1);
    for (size_t x = 0; x < size.width; x++) {
      const JSAMPLE *inks = row[0] + 4 * x;
      unsigned light = inks[3];
      for (int channel = 0; channel < 3; channel++)
        target[3 * x + channel] = (unsigned char)(light - scaled(255u - inks[channel], light));
    }
  }
}

int surety_jpeg_decode(
    const unsigned char *data, size_t count, surety_picture_size size, unsigned char *pixels,
    char *message) {
  struct jpeg_decompress_struct decoder = {0};
  struct handler handler;
  prepare(&decoder, &handler, message);
  if (setjmp(handler.escape)) {
    jpeg_destroy_decompress(&decoder);
    return 1;
  }
  start(&decoder, data, count);
  int is_print = decoder.num_components == 4;
  decoder.out_color_space = is_print ? JCS_CMYK : size.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(&decoder);
  if (decoder.output_height != size.height || decoder.output_width != size.width ||
      (size_t)decoder.output_components != (is_print ? 4 : size.channels)) {
    snprintf(message, SURETY_PICTURE_MESSAGE, "the size is not the one read before");
    jpeg_destroy_decompress(&decoder);
    return 1;
  }
  if (is_print) read_print(&decoder, size, pixels);
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = pixels + decoder.output_scanline * size.width * size.channels;
    jpeg_read_scanlines(&decoder, &row, 1);
  }
  jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  return 0;
}
