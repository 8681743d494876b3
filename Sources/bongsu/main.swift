print("bongsu")
