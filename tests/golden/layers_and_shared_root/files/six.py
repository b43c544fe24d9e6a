six
