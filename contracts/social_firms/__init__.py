"""Social firms: what is known of them, and by what they are recognised where and until when."""
