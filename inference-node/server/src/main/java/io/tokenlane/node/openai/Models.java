package io.tokenlane.node.openai;

import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.load.ModelSlot;
import org.springframework.http.HttpStatus;

/** Finds the model that a request asks for. */
final class Models {
  private final ModelSlot slot;

  Models(ModelSlot slot) {
    this.slot = slot;
  }

  /** The model, or a refusal that says to come back later. */
  LoadedModel loaded() {
    return slot.model()
        .orElseThrow(
            () ->
                new ApiException(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "the model is still being loaded",
                    null,
                    "model_loading"));
  }

  /** Refuses a body that asks for another model; one that names none is fine. */
  static void checkName(Fields body, LoadedModel model) {
    body.text("model").ifPresent(name -> checkName(name, model));
  }

  static void checkName(String name, LoadedModel model) {
    if (!name.equals(model.name())) {
      throw ApiException.unknownModel(name, model.name());
    }
  }
}
