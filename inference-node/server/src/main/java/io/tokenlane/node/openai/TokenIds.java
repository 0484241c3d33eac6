package io.tokenlane.node.openai;

import tools.jackson.databind.JsonNode;

/** Reads token ids. */
final class TokenIds {
  private TokenIds() {}

  static int[] read(String path, JsonNode array, int vocabularySize) {
    String expected = "token ids, 0 to " + (vocabularySize - 1);
    if (!array.isArray()) {
      throw ApiException.field(path, array, "an array of " + expected);
    }
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      String place = path + "[" + i + "]";
      ids[i] = Fields.integer(place, array.get(i), 0, vocabularySize - 1, expected);
    }
    return ids;
  }
}
