"""Files with contracts and fulfilments: sent, looked into, brought in."""
