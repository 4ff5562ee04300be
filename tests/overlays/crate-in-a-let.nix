final: prev:
let
  version = "1.2.0";
  crate = prev.fetchCrate { pname = "tool"; inherit version; stripRoot = true; hash = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
in
{
  tool = prev.buildPythonPackage {
    inherit version;
    pname = "tool-py";
    src = crate;
  };
}
