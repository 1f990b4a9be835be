"""What one operation may ask: how far its document may go, and what it costs."""
