// live_worker
