print("surety-bench")
