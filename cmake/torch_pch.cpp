// The one unit that owns the precompiled ATen header (see Room.cmake).
