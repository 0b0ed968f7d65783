"""The Alpaca dialect: what clients written for Alpaca's API say, answered in their own words."""
