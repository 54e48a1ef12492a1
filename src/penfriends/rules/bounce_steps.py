"""At what step of the conversation was a letter refused, and what does that say of words that could mean two things?"""

from penfriends.rules.bounce_words import NOT_THERE, any_of

# A refusal after the letter itself, not after the address.
AFTER_DATA = any_of(
    r"in reply to (?:end of )?data",
    r">>> data\s+<<< 5(?!03)\d\d(?! 5\.5\.1)",
    "after end of data",
    "step: data",
    r"smtp (?:command|step)\W{1,4}data\b",
)
# … unless the address was refused before that, in the same conversation.
AT_ADDRESS = any_of(
    r">>> rcpt to[^\n<]{0,20}<[^>]{1,300}>[^<>]{0,60}<<< 5", "need rcpt", "no valid recipient", "valid rcpt"
)
# The step of the address is named, or seen in the conversation.
REFUSED_AT_ADDRESS = any_of(r"\brcpt(?:\b|_to)")
# Words that name the mailbox as one that does not exist: they mean it, at whatever step.
NEVER_THERE = any_of(*NOT_THERE)
# The report in words says that the account rests, whatever the code says.
DISABLED = any_of(r"account (?:is|has been|was) (?:temporarily )?(?:disabled|suspended|deactivated)")
# The reply of another server, as the report repeats it.
REPLY = any_of(r"(?<![\w.])5[05]\d[ -:]{1,2}[<\w@]")
