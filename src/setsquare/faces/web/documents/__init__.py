"""The hand-made pages of documents: reading, writing, reviewing, comparing, giving out, taking over."""
