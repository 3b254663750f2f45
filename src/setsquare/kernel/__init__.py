"""What every record is made of; knows no noun of the trade."""
