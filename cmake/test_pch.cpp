// The one unit that owns the precompiled GoogleTest headers (see Room.cmake).
