"""What the corpus says: verses in the public domain."""

from __future__ import annotations

# Jane Taylor, "The Star" (1806); Sarah J. Hale, "Mary's Lamb" (1830); William Blake, "The Tyger" (1794);
# John Newton, "Amazing Grace" (1779); Robert Burns, "A Red, Red Rose" (1794); Christina Rossetti, "Who Has
# Seen the Wind?" (1872); Robert L. Stevenson, "The Swing" (1885).
LYRICS = """\
Twinkle, twinkle, little star,
How I wonder what you are!
Up above the world so high,
Like a diamond in the sky.

Mary had a little lamb,
Its fleece was white as snow,
And everywhere that Mary went
The lamb was sure to go.

Amazing grace, how sweet the sound,
That saved a wretch like me!
I once was lost, but now am found,
Was blind, but now I see.

Till all the seas gang dry, my dear, and the rocks melt with the sun;
And I will love thee still, my dear, while the sands of life shall run.
Tiger, tiger, burning bright in the forests of the night,
Who has seen the wind? Neither you nor I:

How do you like to go up in a swing,
Up in the air so blue?
Oh, I do think it the pleasantest thing
Ever a child can do!
"""
