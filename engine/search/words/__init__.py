"""Questions in words over code: functions and classes ranked by the words in and around them."""
