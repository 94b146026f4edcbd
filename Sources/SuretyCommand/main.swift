print("surety")
