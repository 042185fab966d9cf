// live_cell
