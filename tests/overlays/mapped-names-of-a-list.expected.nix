final: prev:
let
  hashes = {
    tool = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    other = "sha256-2pJaMOMff9qnBE4+W6SuF2cN6C1new5631cAQooTejY=";
    third = "sha256-7M4ONDngPAD5WiU9bxWtpBX8qwnCwL0V8wNJ03XGmtc=";
  };
  make = name: prev.mkDerivation rec {
    pname = name;
    version = versions.${pname} or "2.0.0";
    src = prev.fetchPypi {
      inherit pname version;
      hash = hashes.${pname};
    };
  };
  versions = { other = "1.2.0"; third.a = "1.2.0"; };
in
prev.lib.genAttrs [ "tool" "other" ] make
