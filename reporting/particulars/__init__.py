"""What a clerk fills in beside the text: title block, team and outlook."""
