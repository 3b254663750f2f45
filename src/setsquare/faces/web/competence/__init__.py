"""The pages of competence frameworks: their content as a tree, the draft, the editions."""
