"""Ranking candidates by what is known of the user, the item, and the two together, learnt on earlier windows."""
