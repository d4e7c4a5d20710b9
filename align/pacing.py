"""How text fills time."""

# In syllables: how long a line's last word is held, and the rests after lines and stanzas. The values
# minimise the error of hidden words on 79 hand-timed songs (JamendoLyrics).
HELD_WORD = 1.5
LINE_REST = 2.0
STANZA_REST = 4.0
# Nobody sings slower for long, seconds a syllable.
SLOWEST_SYLLABLE = 0.45
# Syllables a second that nobody exceeds.
FASTEST = 14.0
