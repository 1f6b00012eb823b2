# Tests of model/text and model/sampling, and the goldens they read; included by the CMakeLists.txt of this folder.
set(MODEL_TEXT_SAMPLING_TESTS
  bicubic_upscale_test.cpp
  clip_merges_test.cpp
  clip_pieces_test.cpp
  clip_text_config_test.cpp
  clip_text_encoder_test.cpp
  clip_tokenizer_test.cpp
  detail_blend_test.cpp
  euler_sampler_test.cpp
  golden_tensors.cpp
  guidance_test.cpp
  noise_field_test.cpp
  noise_schedule_test.cpp
  noise_scheduler_config_test.cpp
  prompt_embedding_test.cpp
  renoise_test.cpp)
