"""A contract and its contractor from all sides: page, plan, settlement, attention, the register."""
