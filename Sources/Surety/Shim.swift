import Networks

extension Network { func simplified() -> Network { self } }
