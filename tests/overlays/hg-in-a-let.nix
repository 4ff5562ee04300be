final: prev:
let
  version = "1.2.0";
  src = prev.fetchhg { url = "https://hg.example/tool"; rev = "v1.2.0"; name = "tool"; sha256 = "sha256-y6BrVzb69n5UsHtWHq6UOV53TFF6fZEKVDaeEmPM+9Q="; };
in
{
  tool = prev.buildPythonPackage { inherit version src; pname = "tool"; };
}
