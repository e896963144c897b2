"""A county of a file alone: nothing here depends on the database behind the server."""

import pytest

from gridapp.county import upkeep


@pytest.fixture(scope="session")
def county_template(tmp_path_factory):
    """An empty county to copy: the migrations run once a session."""
    folder = tmp_path_factory.mktemp("template") / "county"
    upkeep.init(folder)
    return folder, None
