"""Answers one request, without a network."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    """The only page."""
    return "hello from a virtual environment\n"


if __name__ == "__main__":
    print(app.test_client().get("/").text, end="")
