package io.tokenlane.cuda;

import java.util.Locale;

/** The kernels, by the family (source file) that each is in, with the threads of a block. */
enum Kernel {
  EMBED("embed", 256),
  PACK_INT8("pack", 1024),
  PACK_BF16("pack", 1024),
  PACK_F16("pack", 1024),
  PACK_F32("pack", 1024),
  GATE("pack", 256),
  NORM_ADD("pack", 1024),
  PROJECT_INT8_LONEX1("project", 256),
  PROJECT_INT8_LONEX2("project", 256),
  PROJECT_INT8_LONEX4("project", 256),
  PROJECT_INT8_NORMEDX1("project", 256),
  PROJECT_INT8_NORMEDX4("project", 256),
  PROJECT_INT8_HEADEDX1("project", 256),
  PROJECT_INT8_1X1("project", 256),
  PROJECT_INT8_1X2("project", 256),
  PROJECT_INT8_1X4("project", 256),
  PROJECT_INT8_2X1("project", 256),
  PROJECT_INT8_2X2("project", 256),
  PROJECT_INT8_2X4("project", 256),
  PROJECT_INT8_4X1("project", 256),
  PROJECT_INT8_4X2("project", 256),
  PROJECT_INT8_4X4("project", 256),
  PROJECT_INT8_4X8("project", 256),
  PROJECT_INT8_8X4("project", 256),
  PROJECT_INT8_8X8("project", 256),
  PROJECT_INT8_SPLIT2X8("project", 256),
  PROJECT_INT8_SPLIT2X16("project", 256),
  PROJECT_INT8_SPLIT4X8("project", 256),
  PROJECT_INT8_SPLIT4X16("project", 256),
  PROJECT_INT8_SPLIT8X8("project", 256),
  PROJECT_INT8_SPLIT8X16("project", 256),
  PROJECT_BF16_LONEX1("project", 256),
  PROJECT_BF16_LONEX2("project", 256),
  PROJECT_BF16_LONEX4("project", 256),
  PROJECT_BF16_NORMEDX1("project", 256),
  PROJECT_BF16_NORMEDX4("project", 256),
  PROJECT_BF16_HEADEDX1("project", 256),
  PROJECT_BF16_1X1("project", 256),
  PROJECT_BF16_1X2("project", 256),
  PROJECT_BF16_1X4("project", 256),
  PROJECT_BF16_2X1("project", 256),
  PROJECT_BF16_2X2("project", 256),
  PROJECT_BF16_2X4("project", 256),
  PROJECT_BF16_4X1("project", 256),
  PROJECT_BF16_4X2("project", 256),
  PROJECT_BF16_4X4("project", 256),
  PROJECT_BF16_4X8("project", 256),
  PROJECT_BF16_8X4("project", 256),
  PROJECT_BF16_8X8("project", 256),
  PROJECT_BF16_SPLIT2X8("project", 256),
  PROJECT_BF16_SPLIT2X16("project", 256),
  PROJECT_BF16_SPLIT4X8("project", 256),
  PROJECT_BF16_SPLIT4X16("project", 256),
  PROJECT_BF16_SPLIT8X8("project", 256),
  PROJECT_BF16_SPLIT8X16("project", 256),
  PROJECT_F16_LONEX1("project", 256),
  PROJECT_F16_LONEX4("project", 256),
  PROJECT_F16_NORMEDX1("project", 256),
  PROJECT_F16_NORMEDX4("project", 256),
  PROJECT_F16_1X1("project", 256),
  PROJECT_F16_1X4("project", 256),
  PROJECT_F16_2X1("project", 256),
  PROJECT_F16_2X2("project", 256),
  PROJECT_F16_2X4("project", 256),
  PROJECT_F16_4X1("project", 256),
  PROJECT_F16_4X2("project", 256),
  PROJECT_F16_4X4("project", 256),
  PROJECT_F16_4X8("project", 256),
  PROJECT_F16_8X4("project", 256),
  PROJECT_F16_8X8("project", 256),
  PROJECT_F16_SPLIT2X8("project", 256),
  PROJECT_F16_SPLIT2X16("project", 256),
  PROJECT_F16_SPLIT4X8("project", 256),
  PROJECT_F16_SPLIT4X16("project", 256),
  PROJECT_F16_SPLIT8X8("project", 256),
  PROJECT_F16_SPLIT8X16("project", 256),
  PROJECT_F32("project", 256),
  ROTATIONS("attention", 128),
  STORE_KV("attention", 128),
  ATTEND_64("attention", 128),
  ATTEND_128("attention", 128),
  ATTEND_256("attention", 128),
  ATTEND_TENSOR_64("attention", 128),
  ATTEND_TENSOR_128("attention", 128),
  ATTEND_BYTES_64("attention", 128),
  ATTEND_BYTES_128("attention", 128),
  SAMPLE("sample", 1024),
  FILL_RANDOM("random", 256),
  PLAIN_WEIGHTS("plain", 256),
  PLAIN_ROWS("plain", 256),
  PLAIN_SUMS("plain", 256);

  private final String family;
  private final int threads;

  Kernel(String family, int threads) {
    this.family = family;
    this.threads = threads;
  }

  /** Its name in the source. */
  String symbol() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The source file without its ending. */
  String family() {
    return family;
  }

  /** Threads of a block. */
  int threads() {
    return threads;
  }
}
