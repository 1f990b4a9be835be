-- What is kept outside the database, and links to it.
SELECT;
