WORD = "hidden"
FROM = "below"
