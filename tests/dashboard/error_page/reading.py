"""The error page as these tests open and read it."""

from dashboard.errors.state import key


def errors_page():
    from dashboard.views import errors

    errors.render()


def shown(app):
    return " ".join(element.proto.body for element in app.get("html"))


def state(app):
    return app.session_state[key("state")]


def press(app, *parts):
    app.button(key(*parts)).click().run()
    assert not app.exception
