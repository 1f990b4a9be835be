"""Statistics: pure functions of frames and records, without input or output."""
