"""What other programs take of events: news, previews of links, data for search engines."""
