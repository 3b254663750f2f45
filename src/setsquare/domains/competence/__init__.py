"""What people are to be able to do: competence frameworks and their editions."""
