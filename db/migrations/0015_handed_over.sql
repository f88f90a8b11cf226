-- When a closed case was taken over by IOM's own case system: from then on its time of keeping runs (domain.md D9).
ALTER TABLE cases ADD COLUMN handed_over_on TEXT;
