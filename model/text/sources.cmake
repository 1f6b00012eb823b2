set(MODEL_TEXT_SOURCES
  text/clip_merges.cpp
  text/clip_pieces.cpp
  text/clip_tokenizer.cpp
  text/clip_text_config.cpp
  text/clip_text_encoder.cpp
  text/prompt_embedding.cpp)
