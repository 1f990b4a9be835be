"""What the database writes as JSON itself: selections as shapes of rows, and pages of them."""
