"""What a style does besides its network: exposure and white balance, colour maps, local contrast."""
