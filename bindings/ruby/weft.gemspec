# frozen_string_literal: true

Gem::Specification.new do |gem|
  gem.name = "weft"
  gem.version = "0.1.0"
  gem.summary = "Deep learning on one engine, through Weft's C interface"
  gem.authors = ["The Weft authors"]
  gem.license = "Apache-2.0"
  gem.files = Dir["lib/**/*.rb", "README.md", "LICENSE"]
  gem.required_ruby_version = ">= 3.0"
end
