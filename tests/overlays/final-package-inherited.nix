final: prev: {
  tool = prev.melpaBuild (
    finalAttrs:
    let
      inherit (finalAttrs.finalPackage) version;
    in
    {
      pname = "tool";
      version = "1.2.0";
      src = prev.fetchFromGitHub {
        owner = "owner";
        repo = "tool";
        rev = "v${version}";
        hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q=";
      };
    }
  );
}
