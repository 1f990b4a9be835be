-- Exchange rates, naming rules and the advertising report.
SELECT;
