"""WeChat: a signed message of the platform → an answer it can show, within its five seconds, once."""
