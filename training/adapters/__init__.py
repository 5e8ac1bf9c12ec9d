"""Public data sets in their own layouts → cohort tables that `lobule-train prepare` reads."""
