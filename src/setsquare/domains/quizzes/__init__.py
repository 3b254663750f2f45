"""Quizzes: banks of questions in released versions, attempts at them, and what these tell of the questions."""
