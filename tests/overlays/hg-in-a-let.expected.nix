final: prev:
let
  version = "2.0.0";
  src = prev.fetchhg { url = "https://hg.example/tool"; rev = "v${version}"; name = "tool"; sha256 = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc="; };
in
{
  tool = prev.buildPythonPackage { inherit version src; pname = "tool"; };
}
