"""What the pages of units, people and roles show beside their declarations: who holds what where."""
