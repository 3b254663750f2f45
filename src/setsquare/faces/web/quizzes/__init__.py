"""Pages of quizzes that are made by hand: taking one, its bank of questions, its versions and statistics."""
