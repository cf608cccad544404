# esp
